"""What is looked at before an issue leaves; the modules with sockets are named after what they ask."""
