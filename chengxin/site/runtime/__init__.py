"""What runs beneath the site: embedded PostgreSQL, its roles, the processes of ``chengxin up``. No Django here."""
