# An unprivileged account with sudo, for systems that want one.
{ config, lib, ... }:
let
  inherit (lib) mkOption types;
  cfg = config.nixos-flake.user;
in
{
  options.nixos-flake.user = {
    name = mkOption {
      type = types.strMatching "[a-z_][a-z0-9_-]*";
      default = "user";
      example = "builder";
      description = "Name of the unprivileged account.";
    };
    extraGroups = mkOption {
      type = types.listOf types.str;
      default = [ ];
      example = [ "wheel" ];
      description = "Groups of the account besides its own. Each backend sets its default.";
    };
  };

  config = {
    assertions = [
      {
        assertion = cfg.name != "root";
        message = "nixos-flake.user.name: the unprivileged account cannot be root.";
      }
    ];

    users.users = {
      ${cfg.name} = {
        isNormalUser = true;
        inherit (cfg) extraGroups;
      };
      # Break-glass for the serial console; sshd takes no password.
      root.initialPassword = lib.mkDefault "root";
    };

    # By name and not by the group wheel, which the account need not be in.
    security.sudo = {
      enable = true;
      extraRules = [
        {
          users = [ cfg.name ];
          commands = [
            {
              command = "ALL";
              options = [ "NOPASSWD" ];
            }
          ];
        }
      ];
    };
  };
}
