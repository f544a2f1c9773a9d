"""What goes along with a lesson: predictions, graded hints, and the progress that is kept."""
