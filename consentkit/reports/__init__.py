"""The report of a week, a month or any other days: for people, by e-mail, on paper."""
