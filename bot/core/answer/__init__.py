"""Answer in a threaded conversation.

`whom_to_answer` decides whom to answer (`addressees`, `name_at_start`), `stop_or_continue` knows the words for either,
`catch_up` reads what was said before, `answer` does the rest. `buttons` are below an answer; `offer_again`,
`merge_events` and `overtaken` follow what happens to the question; `thread_summary` stands for what is old;
`code_buttons` go on with code.
"""
