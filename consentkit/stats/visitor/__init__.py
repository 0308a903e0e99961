"""The visitor's own state: what a visit is made of travels in one small signed cookie, and the server keeps counts."""
