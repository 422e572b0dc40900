# Stand-ins for the NixOS options that the library sets: their types, and their
# defaults, which are left out where NixOS has none. No freeform types where
# NixOS has a fixed set of keys that matters here, so that a misspelt key fails.
{ lib, ... }:
let
  inherit (lib) mkOption types;

  option = type: default: mkOption { inherit type default; };
  bool = option types.bool;
  enable = bool false;
  str = option types.str;
  lines = option types.lines "";
  strings = option (types.listOf types.str) [ ];
  submodule = options: types.submodule { inherit options; };
  required = type: mkOption { inherit type; };
  maybe = type: option (types.nullOr type) null;
  attrsOf = options: option (types.attrsOf (submodule options)) { };

  # NixOS takes a list of names too.
  names = mkOption {
    type = types.coercedTo (types.listOf types.str) (list: lib.genAttrs list (_: true)) (
      types.attrsOf types.bool
    );
    default = { };
    apply = set: lib.attrNames (lib.filterAttrs (_: on: on) set);
  };

  # A variable is one value, or a list that merges.
  variable = types.either types.str (types.listOf types.str);
in
{
  options = {
    assertions = option (types.listOf (submodule {
      assertion = required types.bool;
      message = required types.str;
    })) [ ];
    warnings = strings;

    nixpkgs = {
      hostPlatform = required types.str;
      overlays = option (types.listOf types.raw) [ ];
    };

    boot = {
      growPartition = enable;
      kernel.enable = bool true;
      kernelParams = option (types.listOf (types.strMatching ''([^"[:space:]]|"[^"]*")+'')) [ ];
      supportedFilesystems = names;
      loader = {
        timeout = option (types.nullOr types.int) 5;
        grub = {
          enable = bool true;
          device = str "";
          devices = strings;
          efiSupport = enable;
          efiInstallAsRemovable = enable;
          extraConfig = lines;
        };
      };
      initrd = {
        enable = bool true;
        includeDefaultModules = bool true;
        availableKernelModules = names;
        kernelModules = names;
        systemd.enable = bool true;
      };
    };

    fileSystems = mkOption {
      default = { };
      apply = lib.filterAttrs (_: fs: fs.enable);
      type = types.attrsOf (
        types.submodule (
          { config, name, ... }:
          {
            options = {
              enable = bool true;
              mountPoint = str name;
              device = maybe types.nonEmptyStr;
              fsType = required types.nonEmptyStr;
              options = option (types.nonEmptyListOf types.nonEmptyStr) [ "defaults" ];
              depends = strings;
              neededForBoot = enable;
              noCheck = enable;
              autoFormat = enable;
              autoResize = enable;
            };
            config.device = lib.mkIf (lib.elem config.fsType [
              "tmpfs"
              "ramfs"
            ]) (lib.mkDefault config.fsType);
          }
        )
      );
    };

    documentation.nixos.enable = bool true;

    environment = {
      systemPackages = option (types.listOf types.package) [ ];
      pathsToLink = strings;
      variables = option (types.attrsOf variable) { };
      etc = attrsOf {
        source = required types.path;
      };
    };

    fonts.fontconfig.enable = bool true;

    networking = {
      hostName = option (types.strMatching "|[[:alnum:]]([[:alnum:]_-]{0,61}[[:alnum:]])?") "nixos";
      useDHCP = bool true;
      useNetworkd = enable;
      firewall.enable = bool true;
    };

    nix = {
      enable = bool true;
      settings.experimental-features = strings;
      gc = {
        automatic = enable;
        dates = option (types.either types.singleLineStr (types.listOf types.str)) [ "03:15" ];
        options = str "";
      };
    };

    programs = {
      bash.completion.enable = bool true;
      command-not-found.enable = enable;
    };

    security.sudo = {
      enable = bool true;
      wheelNeedsPassword = bool true;
      extraRules = option (types.listOf (submodule {
        users = strings;
        groups = strings;
        commands = option (types.listOf (submodule {
          command = required types.str;
          options = strings;
        })) [ ];
      })) [ ];
    };

    services = {
      logrotate.enable = bool true;
      timesyncd.enable = bool true;
      qemuGuest.enable = enable;
      rpcbind.enable = enable;
      nfs.server = {
        enable = enable;
        exports = lines;
      };
      mysql = {
        enable = enable;
        package = required types.package;
        ensureDatabases = strings;
      };
      openssh = {
        enable = enable;
        settings = {
          PasswordAuthentication = option (types.nullOr types.bool) true;
          KbdInteractiveAuthentication = option (types.nullOr types.bool) true;
          PermitRootLogin = option (types.nullOr (types.enum [
            "yes"
            "without-password"
            "prohibit-password"
            "forced-commands-only"
            "no"
          ])) "prohibit-password";
        };
        authorizedKeysFiles = strings;
        hostKeys =
          option
            (types.listOf (submodule {
              type = required types.str;
              path = required types.str;
              bits = maybe types.int;
            }))
            [
              {
                type = "rsa";
                bits = 4096;
                path = "/etc/ssh/ssh_host_rsa_key";
              }
              {
                type = "ed25519";
                path = "/etc/ssh/ssh_host_ed25519_key";
              }
            ];
      };
    };

    system = {
      stateVersion = option (types.strMatching "[0-9]{2}\\.[0-9]{2}") "26.05";
      fsPackages = option types.raw [ ];
      build = mkOption {
        default = { };
        type = types.submodule { freeformType = types.lazyAttrsOf (types.uniq types.unspecified); };
      };
    };

    systemd = {
      oomd.enable = bool true;
      network = {
        enable = enable;
        networks = attrsOf {
          matchConfig.Name = required types.str;
          networkConfig.DHCP = required (
            types.enum [
              "yes"
              "no"
              "ipv4"
              "ipv6"
            ]
          );
          dhcpV4Config.ClientIdentifier = required (
            types.enum [
              "mac"
              "duid"
              "duid-only"
            ]
          );
        };
        wait-online.anyInterface = enable;
      };
      tmpfiles.settings = option (types.attrsOf (
        types.attrsOf (
          types.attrsOf (submodule {
            mode = str "-";
            user = str "-";
            group = str "-";
            argument = str "";
          })
        )
      )) { };
      services = attrsOf {
        enable = bool true;
        description = str "";
        wantedBy = strings;
        requiredBy = strings;
        wants = strings;
        requires = strings;
        after = strings;
        before = strings;
        conflicts = strings;
        restartIfChanged = bool true;
        path = option (types.listOf (types.either types.package types.str)) [ ];
        script = lines;
        unitConfig = {
          DefaultDependencies = bool true;
          ConditionCredential = maybe types.str;
        };
        serviceConfig = {
          Type = maybe types.str;
          RemainAfterExit = enable;
          ExecStart = maybe types.str;
          ImportCredential = maybe types.str;
        };
      };
    };

    users = {
      users = attrsOf {
        isNormalUser = enable;
        group = str "";
        extraGroups = strings;
        initialPassword = maybe types.str;
      };
      groups = option (types.attrsOf (submodule { })) { };
    };

    virtualisation.libvirtd = {
      enable = enable;
      qemu = {
        package = required types.package;
        swtpm.enable = enable;
        vhostUserPackages = option (types.listOf types.package) [ ];
      };
    };

    # Of home-manager, for the document's example.
    home-manager.users = option (types.attrsOf types.raw) { };
  };
}
