"""Figures as files: tables of the sink, and the formats that they are written in."""
