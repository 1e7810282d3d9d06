"""Is everything there? What bt.doctor looks at: Python, packages, TensorFlow, the machine."""
