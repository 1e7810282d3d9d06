"""Why it is fast: TensorFlow set up, compiled programs, large arrays, progress.

Nobody needs this to see what is computed.
"""
