"""Kestra's screens: starts the workbook's console as a process, and knows no more of it than its address."""
