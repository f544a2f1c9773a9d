"""IAM: roles, their policies and instance profiles.

What a policy allows is kept and told, and not enforced: the account's own keys, and whoever takes on a role, may do
everything here. Who may take on a role is checked, as a role with the wrong trust is what fails first on AWS.
"""
