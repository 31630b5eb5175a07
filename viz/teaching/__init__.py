"""Questions about a graph: predicted in the terminal or in the browser, or answered on paper.

In reading order:

typed           what a student types as an answer: read, never executed
question_sites  what stands around a number: its arguments, the terms of its sum, its ways
mistakes        the wrong answers that students give, each with the sentence that names it
wrong_rules     the wrong derivatives of functions
products        the wrong answers about sums, means and matrix products
likely          which of them a number of a storyboard has
elements        one element of a formula of arrays, and what it needs
questions       questions as data
asking          writes the questions that a storyboard can be asked
verdicts        what an answer is worth
quizzing        `quiz`: numbers are hidden, predicted, then seen; without any output
quiz_text       a quiz in the terminal
quiz_picture    the picture with signs in the places of hidden numbers
quiz_page       a quiz as one HTML file
worksheets      `worksheet`: questions on paper, and the sheet with the answers
sheet_forms     a sheet as text, as HTML and as PDF
"""
