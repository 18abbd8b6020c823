"""What is measured, apart from how it is shown."""
