"""Drafts: answers to posts of feedback from the knowledge, which the team sends, edits or discards.

rules.py    which posts get a draft, where it is shown, when it may be sent, and when without a person
write.py    a draft is written, from the knowledge and from what the team made of earlier ones
card.py     what the post's card and the team's message say of a draft, and what the poster reads
review.py   what people decide: send, edit, discard; and the poster, who asks for a person
replies.py  replies to the post that came meanwhile
standing.py whether the sources still say what they did
alone.py    whether the bot may send a draft without a person, as things are now
send.py     a draft that was approved is sent, once
report.py   what became of the drafts, by category
"""
