"""`consentkit audit`: a real browser over a site before a choice, after a refusal, after consent, after withdrawal.

What is seen (`model`) is compared with the declaration (`compare`, pure) and told (`report`, `text`, `page`); the
browser (`browser`, `collect`, `choices`, `run`) is the only edge.
"""
