#!/bin/sh
# Lays out WEB_DIR: the page, and an nginx.conf with its port, which nginx cannot take from the environment.
set -eu
from=$1

mkdir -p "$WEB_DIR"
# In /tmp somebody else may have been first.
if [ -L "$WEB_DIR" ] || [ ! -O "$WEB_DIR" ]; then
    echo "$WEB_DIR is not ours; set WEB_DIR to another place" >&2
    exit 1
fi
chmod 755 "$WEB_DIR"
mkdir -p "$WEB_DIR/public" "$WEB_DIR/tmp" "$WEB_DIR/redis"
chmod 700 "$WEB_DIR/redis"
cp "$from/public/index.php" "$WEB_DIR/public/"

user=
[ "$(id -u)" != 0 ] || user='user nobody nogroup;'
sed -e "s/@USER@/$user/" -e "s/@HTTP_PORT@/$HTTP_PORT/" -e "s/@FPM_PORT@/$FPM_PORT/" "$from/nginx.conf" >"$WEB_DIR/nginx.conf"
echo "prepared $WEB_DIR"
