// SPDX-License-Identifier: Apache-2.0

package config

// Share is a host folder that the guest sees by virtiofs.
type Share struct {
	Tag        string `yaml:"tag" json:"tag" jsonschema:"required" range:"1 to 36 bytes" element:"<target dir>" doc:"mount tag, at most 36 bytes"`
	Source     string `yaml:"source" json:"source" jsonschema:"required" effect:"next boot" element:"<source dir>" doc:"folder on the host"`
	Create     bool   `yaml:"create,omitempty" json:"create,omitempty" effect:"none" doc:"make the folder where it is missing, as the file's owner; it is never deleted"`
	Target     string `yaml:"target,omitempty" json:"target,omitempty" effect:"next boot" element:"credential fstab.extra" doc:"mount point in the guest"`
	ReadOnly   bool   `yaml:"readOnly,omitempty" json:"readOnly,omitempty" effect:"next boot" element:"<readonly>" doc:"mounted read-only; refused by the host too where libvirt can (11.0 and later)"`
	Cache      string `yaml:"cache,omitempty" json:"cache,omitempty" jsonschema:"enum=none,enum=always" effect:"next boot" element:"<cache mode>" doc:"what the guest caches (virtiofsd's --cache); default: virtiofsd's own, auto"`
	QueueSize  int    `yaml:"queueSize,omitempty" json:"queueSize,omitempty" effect:"next boot" range:"power of two up to 1024" element:"<driver queue>" doc:"length of the request queue, a power of two up to 1024"`
	ThreadPool *int   `yaml:"threadPool,omitempty" json:"threadPool,omitempty" jsonschema:"minimum=0" effect:"next boot" element:"<thread_pool size>" doc:"threads of virtiofsd (libvirt 8.5 and later); 0: none beside the queue's own"`
	Sandbox    string `yaml:"sandbox,omitempty" json:"sandbox,omitempty" jsonschema:"enum=namespace,enum=chroot" effect:"next boot" element:"<sandbox mode>" doc:"how virtiofsd shuts itself in; default: namespace"`
	XAttr      *bool  `yaml:"xattr,omitempty" json:"xattr,omitempty" effect:"next boot" element:"<binary xattr>" doc:"extended attributes reach the host"`
	PosixLock  *bool  `yaml:"posixLock,omitempty" json:"posixLock,omitempty" effect:"next boot" element:"<lock posix>" doc:"fcntl locks reach the host"`
	Flock      *bool  `yaml:"flock,omitempty" json:"flock,omitempty" effect:"next boot" element:"<lock flock>" doc:"flock locks reach the host"`
	IDMap      *IDMap `yaml:"idmap,omitempty" json:"idmap,omitempty" effect:"next boot" element:"<idmap>" doc:"users and groups of the share (libvirt 10.0 and later)"`
	Binary     string `yaml:"binary,omitempty" json:"binary,omitempty" effect:"next boot" element:"<binary path>" doc:"virtiofsd to use; default: the one that announces itself to libvirt"`
}

// IDMap maps users and groups of the guest to those of the host.
type IDMap struct {
	UID []IDRange `yaml:"uid,omitempty" json:"uid,omitempty" element:"<uid>" doc:"ranges of users"`
	GID []IDRange `yaml:"gid,omitempty" json:"gid,omitempty" element:"<gid>" doc:"ranges of groups"`
}

// IDRange is one range of an IDMap.
type IDRange struct {
	Start  int `yaml:"start" json:"start" jsonschema:"required,minimum=0" element:"start" doc:"first id in the share"`
	Target int `yaml:"target" json:"target" jsonschema:"required,minimum=0" element:"target" doc:"first id on the host"`
	Count  int `yaml:"count" json:"count" jsonschema:"required,minimum=1" element:"count" doc:"how many ids"`
}
