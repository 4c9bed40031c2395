"""The verbs: one module is one thing that a user can ask for. They do not know who asks, nor each other."""
