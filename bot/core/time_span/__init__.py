"""Spans of time in a person's own words: `24h`, `since Monday`, `last week`, `seit gestern`, `between Nov 1 and Nov 5`.

words.py     what the words mean, in English, German, French and Spanish
grammar.py   how words make a span
length.py    so long until now
point.py     a point in time: a day, a week, a month, an hour
calendar.py  days, weeks, months of someone's zone
times.py     turns a span into two times, in someone's zone and at a moment
doubt.py     a short line that may be a span or a text
"""
