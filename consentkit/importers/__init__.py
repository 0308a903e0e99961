FORMATS = ("combined", "caddy", "traefik", "w3c", "aws")
"""`combined` is also common, both with a virtual host in front, and what nginx and Apache put behind."""
