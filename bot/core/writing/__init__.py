"""What every answer takes, whatever asked for it.

`fit` decides what of a thread fits, `stream` lets the model write, `continuation` goes on once with what was cut,
`kept_answer` keeps what was written until it is shown. `below` says how it ended, which decides on its controls.
`unlinking` lets only those addresses be links that stood in a source (`known_addresses`); `labeled_links`,
`strict_fence`, `disguised_signs` and `plain_pieces` are how it reads Markdown. `ask` asks the model once, for `stream`
and the others; `paragraphs` joins what several requests wrote, `sources` numbers what is cited.
`for_approval` has what holds of texts that people approve.
`notes` has the sentences around an answer: length limit, too long, unavailable, disclaimer, footer.
"""
