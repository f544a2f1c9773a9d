"""IAM: roles, their policies and instance profiles.

Policies are stored and returned, but not enforced: the account's keys, and whoever assumes a role, may do everything.
Who may assume a role is checked, as a role with the wrong trust is what fails first on AWS.
"""
