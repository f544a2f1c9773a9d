"""IAM: roles, their policies and instance profiles.

Policies of roles are stored but not enforced: the account's own keys, and sessions of roles, may do everything. Trust
policies are enforced, as a role with the wrong trust is what fails first on AWS.
"""
