# sysbench: the benchmark, and a database on this machine for its OLTP loads.
# As root: sysbench --mysql-user=root --mysql-socket=/run/mysqld/mysqld.sock \
#   --mysql-db=sbtest oltp_read_write prepare
{ lib, pkgs, ... }:
{
  environment.systemPackages = [ pkgs.sysbench ];

  services.mysql = {
    enable = true;
    package = lib.mkDefault pkgs.mariadb;
    ensureDatabases = [ "sbtest" ];
  };
}
