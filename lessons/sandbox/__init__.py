"""The process in which a student's file runs: `python -m lessons.sandbox`, JSON in and JSON out.

It imports numpy and nothing else of ours: it starts quickly, and never sees a right answer. In reading order:

session  runs the file and its functions, and tells what became of them
guard    what the file may not do, and how much time and memory it has
wire     arguments and answers as JSON
"""
