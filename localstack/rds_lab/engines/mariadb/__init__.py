"""Real MariaDB servers, for the engines ``mariadb`` and ``mysql``."""
