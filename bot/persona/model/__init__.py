"""A language model's words, when nothing of ours knows the answer: asked with care, or not at all.

The model has no authority: it gives words, and code decides whether they are said. Whatever goes
in is data between delimiters that nobody can guess; whatever comes out is held against what went
in. Every turn is counted before it is asked and written down when it has ended.
"""
