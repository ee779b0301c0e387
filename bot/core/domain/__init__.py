"""The values that the core, its ports and all adapters share.

accepted.py              what a setting accepts, in words; and the sentence for a value that it does not accept
article.py               articles: threads that are written up for the knowledge
attachment.py            files on their way to the model
budget.py                budgets: accounts, caps, reservations
business_hours.py        business hours, as people type them
category.py              categories: what each is called and means, and which set of them a run sorts into
channel_settings.py      a channel's settings: the fields, and the layers
classification.py        classification: verdicts on items, and the run
classify_item.py         one text to classify, and how a file of them is read
clock.py                 a clock of feedback: until when someone is to reply to a post, and to resolve it
clock_settings.py        the settings of how soon feedback is to be answered and resolved
code_file.py             the results of checking code files
command.py               commands: typed after a slash, or said to the bot
control_value.py         what a control or a form carries back when it is used
draft.py                 drafts: answers to feedback from the knowledge, and what the team makes of them
draft_settings.py        the settings of drafts
feedback.py              a record of feedback, and what the store of records does
feedback_settings.py     the settings of what is asked of those who post feedback
installation.py          installations: how the bot can act in each workspace if it serves several, and how one ends
interaction.py           what people can use in addition to messages: buttons, menus, shortcuts and forms
knowledge.py             knowledge: sources to answer from, their pages, and the passages of these
message.py               messages: where they are, who wrote them, what came with them
needs.py                 what a report of a category has to tell, and what one does not tell yet
note.py                  notes: what a place remembers beyond its threads, because somebody there wanted it noted
overrides.py             what was set for one place, and how that came to be
page.py                  a page of a source: as it was fetched, and what it says
people.py                people and what they may look at: requesters, members, channels, files
persona.py               personas: named prompts of a workspace that channels share
platform_search.py       what the chat platform's own search finds, beyond what the bot has heard itself
programming_language.py  programming languages: what people call them, what their files are called
public_holidays.py       holidays: those of a country or a part of it, and single days
rate_limit.py            a rate limit: how many calls of one kind can still be made in a sliding window
route.py                 teams, and the routes by which feedback reaches them
search.py                a search of what was said: what is looked for, and what is found
setting_choices.py       what people choose among in settings whose choices the bot's rules know by name
setting_field.py         how a setting is shown in a form, and where it can be set
site_scope.py            which addresses belong to a site, how each is written, and which lead nowhere new
spreadsheet.py           tables of someone's file, as they were read
summary.py               summaries: what is summarized, in which form, for whom
thread.py                threads: what is stored of a conversation, and what a finished turn adds to it
time_limit.py            how long something may take, by severity
tool.py                  tools: what the model calls, what a call returns, and what people see of it
tool_settings.py         the settings of what the bot can look up and note
tracker.py               what trackers say about the issues of feedback, and what is known of these
tracker_settings.py      the settings of what comes back from trackers
typed_setting.py         a setting's value as it was typed
typed_values.py          parsers and checks for the values of settings
usage.py                 usage: whose, over which days, and the totals
"""

from __future__ import annotations
