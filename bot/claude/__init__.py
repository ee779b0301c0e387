"""Claude: one long-lived client, the model catalog, the prompts as files.

attachment.py    files in a request, in the forms that the API accepts
batches.py       batches of messages: submitted together, answered at half the price
blocks.py        the blocks of an answer that uses tools
call.py          one call to the API while it runs: what has arrived, how long it took, what it cost
catalog.py       what each of Claude's models accepts and costs, and how to send it
check_key.py     check the API key and the model without asking the model anything
client.py        the one long-lived client of Claude
encode_files.py  pictures and PDFs on their way to the API
errors.py        what can go wrong between us and the API, turned into our errors in one place
events.py        reads the events of a streamed answer
lazy_client.py   Claude, whose SDK loads when it is first needed
model_facts.py   the model's facts: what fits, what it accepts, what it costs
models.py        the models that people can choose: those that the API offers to this key
parameters.py    what a request may set on a model
prices.py        what calls cost, by the prices of the catalog
prompts.py       the prompts, one file a purpose, as the system prompt of a request
retry.py         when a failed call to Claude is tried again, and after how long
tools.py         tools on the wire: how they are declared, and how the rounds of their calls go back
transport.py     httpx2's requests by aiohttp
web_steps.py     what people see of the API's own searches: a step when one begins, and what it found
"""
