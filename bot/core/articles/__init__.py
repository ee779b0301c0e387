"""Articles: what a thread has settled is written up, and becomes a source when someone of the team approves it.

words.py    the question and the accepted answers of a thread, without names and secrets
write.py    an article is written from them: each statement stands on one, or goes
card.py     what the team reads of an article, and its controls
show.py     it is shown in its thread, with a canvas or else a file; both go when it goes
review.py   who may have a thread written up; what they decide about the article
publish.py  an approved article becomes a source; the questions that it answers are no gaps any more
"""
