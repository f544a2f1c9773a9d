"""AWS Batch, which really runs jobs: each attempt is a process of its own on this machine.

An image stands for a folder of this project (`images.py`); there are no containers, so that memory is not limited and
files are not shut off. What a definition asks for besides, such as volumes, is refused.
"""
