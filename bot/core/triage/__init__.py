"""Feedback: each post of a feedback channel becomes a record that people can correct.

`small_talk` and `classifier` decide what a post is, over the form in `schema` and with posts like it from `similar`.
`asking` asks for what a report does not tell.
`publish` shows the record (its `card`, its reaction, the message to its team); `actions` takes what people decide;
`issue` is the record in a tracker; `tracker_events` decides what changes when something changes there, and `outcome`
says what became of it. `trends`, `alert`, `digest`, `report` and `open_posts` look at many records.
`clocks` sets until when it is to be answered and resolved, in `business_time`; `reminders` tells what is due,
`clock_report` what was met.
`drafts` are answers from the knowledge, that people send.
`export` writes a channel's records to a file, `find` searches them, `by_hand` merges and splits them
(`splitting`).
`settings_form` is the form, `webhook_secret` signs what leaves, `exports` reads exported messages for a dry run.
"""
