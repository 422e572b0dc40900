# Block devices with a file system, keyed by mount point. One with mkfsArgs is
# formatted by a unit of its own before its mount, one with autoFormat by
# systemd without arguments, and one with neither has its file system already.
{
  config,
  lib,
  pkgs,
  utils,
  ...
}:
let
  inherit (lib) mkOption types;
  cfg = config.nixos-flake.storage;

  disk.options = {
    device = mkOption {
      type = types.nonEmptyStr;
      example = "/dev/nvme0n1";
      description = "Block device.";
    };
    fsType = mkOption {
      type = types.nonEmptyStr;
      example = "xfs";
      description = "Type of the file system.";
    };
    options = mkOption {
      type = types.listOf types.nonEmptyStr;
      default = [ ];
      example = [ "noatime" ];
      description = "Mount options.";
    };
    mkfsArgs = mkOption {
      type = types.listOf types.str;
      default = [ ];
      example = [
        "-b"
        "size=16k"
      ];
      description = ''
        Arguments of mkfs. With any, a blank device is formatted before it is
        mounted; a device that holds anything known is left as it is.
      '';
    };
    autoFormat = mkOption {
      type = types.bool;
      default = false;
      description = "Let systemd format a blank device, without arguments of mkfs.";
    };
  };

  formatted = lib.filterAttrs (_: disk: disk.mkfsArgs != [ ]) cfg;

  assertionsOf =
    mountPoint: disk:
    let
      at = "nixos-flake.storage.\"${mountPoint}\"";
    in
    [
      {
        assertion = lib.hasPrefix "/" mountPoint;
        message = "${at}: a mount point is an absolute path.";
      }
      {
        assertion = disk.mkfsArgs == [ ] || !disk.autoFormat;
        message = "${at}: mkfsArgs and autoFormat exclude each other; autoFormat takes no arguments.";
      }
      {
        assertion = disk.mkfsArgs == [ ] || lib.hasPrefix "/dev/" disk.device;
        message = "${at}: mkfsArgs needs a device below /dev, not ${disk.device}.";
      }
      {
        assertion = disk.mkfsArgs == [ ] || !lib.elem mountPoint utils.pathsNeededForBoot;
        message = "${at}: this is mounted in the initrd, before mkfsArgs could be used.";
      }
    ];

  # blkid says 2 for nothing found, but also for a device that is not there or
  # cannot be read, which is why both are ruled out first. 8 is for signatures
  # that contradict each other.
  formatScript = disk: ''
    device=${lib.escapeShellArg disk.device}
    head --bytes=1M -- "$device" >/dev/null

    found=0
    blkid --probe "$device" || found=$?
    case $found in
      0) echo "$device is not blank, left as it is" ;;
      2) mkfs.${disk.fsType} ${lib.escapeShellArgs disk.mkfsArgs} "$device" ;;
      *)
        echo "blkid cannot tell what $device holds, left as it is" >&2
        exit 1
        ;;
    esac
  '';

  formatService =
    mountPoint: disk:
    let
      device = utils.escapeSystemdPath disk.device;
      mount = utils.escapeSystemdPath mountPoint;
    in
    lib.nameValuePair "mkfs-${mount}" {
      description = "Make the ${disk.fsType} file system of ${mountPoint} on ${disk.device}";
      # Required by the mount: when mkfs fails, nothing is mounted.
      requiredBy = [ "${mount}.mount" ];
      requires = [ "${device}.device" ];
      after = [ "${device}.device" ];
      before = [
        "${mount}.mount"
        "systemd-fsck@${device}.service"
        "shutdown.target"
      ];
      conflicts = [ "shutdown.target" ];
      unitConfig.DefaultDependencies = false;
      # Brings mkfs of every type that `fileSystems` names; the mount below does.
      path = [ pkgs.util-linux ] ++ config.system.fsPackages;
      serviceConfig = {
        Type = "oneshot";
        RemainAfterExit = true;
      };
      script = formatScript disk;
      # Stopping it would unmount the disk.
      restartIfChanged = false;
    };
in
{
  options.nixos-flake.storage = mkOption {
    type = types.attrsOf (types.submodule disk);
    default = { };
    example = {
      "/mnt/nvme0" = {
        device = "/dev/nvme0n1";
        fsType = "xfs";
        mkfsArgs = [
          "-b"
          "size=16k"
        ];
      };
    };
    description = "File systems on block devices, by mount point.";
  };

  config = {
    assertions = lib.concatLists (lib.mapAttrsToList assertionsOf cfg);

    fileSystems = lib.mapAttrs (_: disk: {
      inherit (disk) autoFormat device fsType;
      options = lib.mkIf (disk.options != [ ]) disk.options;
    }) cfg;

    systemd.services = lib.mapAttrs' formatService formatted;
  };
}
