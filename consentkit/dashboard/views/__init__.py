"""The dashboard's pages, a module for each subject; `app.py` puts their routes together."""
