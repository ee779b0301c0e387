"""Sort messages into categories: a few lines, or a file of thousands.

typed.py      what was typed: items, or where they are to be found; categories; options
category.py   a category, and the set of them
item.py       what is sorted, and what came of it
sheet.py      rows of a file, and how sure it is what they mean; table/ has the parts of that
how.py        how a file was read, shown where it is not certain
form.py       the form that the model fills in, and how it is checked
evidence.py   the words that decided, as the text has them
batch.py      how many items go into one call
nearest.py    the settled examples that are most like a batch
sort.py       a batch is asked for, checked, split where it was faulty
result.py     what a person reads of it
export.py     what a spreadsheet gets of it; formula.py takes the power out of its cells
"""
