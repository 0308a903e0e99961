"""What is counted: from a request to counts that wait, to what is released, to reports."""
