// Plays: the picture moves and the seconds run until the button is pressed again or the end is reached.
const player = document.querySelector(".player");
const button = document.querySelector(".play");
const progress = document.querySelector("progress");
const elapsed = document.querySelector(".elapsed");
let timer = 0;

function show(playing) {
  player.classList.toggle("playing", playing);
  button.setAttribute("aria-pressed", String(playing));
  button.setAttribute("aria-label", playing ? "Pause" : "Play");
  clearInterval(timer);
  if (playing) timer = setInterval(advance, 1000);
}

function advance() {
  progress.value += 1;
  elapsed.textContent = `${Math.floor(progress.value / 60)}:${String(progress.value % 60).padStart(2, "0")}`;
  if (progress.value >= progress.max) {
    progress.value = 0;
    show(false);
  }
}

button.addEventListener("click", () => show(!player.classList.contains("playing")));
