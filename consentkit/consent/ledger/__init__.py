"""The proof of consent: an append-only, hash-chained ledger."""
