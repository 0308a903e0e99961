// Stands in for the browser extension around DuckDuckGo's autoconsent: answers its content script with a configuration
// in which only the text heuristic is on, without a rule for any site or consent manager, and keeps what it reports.
window.autoconsentMessages = [];
window.autoconsentSendMessage = async (message) => {
  window.autoconsentMessages.push(message);
  if (message.type === "init") {
    // One retry: the heuristic is run in every second attempt; after that autoconsent waits for the page to change.
    const config = { enabled: true, autoAction: "optOut", heuristicMode: "reject", enablePrehide: false, detectRetries: 1 };
    setTimeout(() => window.autoconsentReceiveMessage({ type: "initResp", rules: { autoconsent: [] }, config }));
  } else if (message.type === "eval") {
    // The few consent managers that are built in, rather than rules, ask the page whether they are there: they are not.
    setTimeout(() => window.autoconsentReceiveMessage({ type: "evalResp", id: message.id, result: false }));
  }
};
