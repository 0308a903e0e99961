"""The published figures for programs: read-only, with a token, described by OpenAPI."""
