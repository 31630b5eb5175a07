"""lessons: the course, one file a lesson, and the command line."""
