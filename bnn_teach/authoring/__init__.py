"""For those who write the course: notebooks are run, paired, made repeatable and checked."""
