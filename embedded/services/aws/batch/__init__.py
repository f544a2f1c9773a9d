"""AWS Batch: each attempt of a job is a process on this machine, and an image stands for a folder of the project."""
