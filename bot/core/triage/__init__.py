"""Triage: each post of a feedback channel becomes a record, is shown, routed, counted, and put right by people.

route.py      teams, and what goes to which
item.py       a record of feedback, and what the store of them does
small_talk.py posts that are no feedback, told without a model
alike.py      what was said before that may be about the same thing
form.py       the form that the model fills in, and how it is checked
sort.py       posts that wait are sorted
card.py       what people see of a record
issue.py      what a record is as an issue of a tracker
show.py       a record's reaction, card and acknowledgement; a team's messages
act.py        what people decide about a record, by buttons and a form
trend.py      what there is more of than usual
alert.py      a trend is told of, once
digest.py     what came in and what waits, every day or week
report.py     how often people agreed, what came in, and the trends of a time
"""
