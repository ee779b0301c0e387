"""Spans of time in people's own words: `24h`, `since Monday`, `last week`, `seit gestern`, `between Nov 1 and Nov 5`.

`words` knows the words in English, German, French and Spanish, `grammar` how they make a span; `length`, `point` and
`calendar` are its parts; `times` turns a span into two times.
"""
