"""HTML as it streams: what is put in, what is taken out, and what is disarmed."""
