"""Who agreed to what: from the cookie to a decision, the gate behind it, and the pages that ask."""
