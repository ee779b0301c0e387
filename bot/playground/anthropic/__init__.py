"""A local Messages API, in front of a model that is not Claude.

api.py           a local server that speaks Anthropic's Messages API, in front of a model that is not Claude
attachments.py   the Messages API's rules for images, documents and search results
batches.py       the Message Batches API
blocks.py        the content blocks that the Messages API accepts from whom, and what is wrong with one
console.py       what an organization's admin has set in the Console
message.py       how the events of a local model's answer become a message or a stream
models.py        the models that the local Messages API offers, and what each one accepts
reply.py         what a local model is asked, and the events of its answer
rounds.py        which calls and results belong together
rules.py         the requests that the Messages API refuses, and its error messages
schema.py        the JSON schemas that the Messages API accepts for structured output
seal.py          what the API hands out sealed, to have it back unchanged
server_tools.py  the tools that the API runs by itself: web search and web fetch, over a scripted web
tools.py         the tools that a request may declare, and how it may choose among them
usage.py         usage of a request
web.py           a small web for the server's tools
"""
