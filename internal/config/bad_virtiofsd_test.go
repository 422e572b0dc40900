// SPDX-License-Identifier: Apache-2.0

package config

// badVirtiofsd are faults of how a share is served.
var badVirtiofsd = []badCase{
	{
		name: "cache",
		yaml: head + "guests: {a: {shares: [{tag: t, source: /s, cache: allways}]}}\n",
		want: "vmprov.yaml:3:51: guests.a.shares[0].cache: must be one of none, always, got `allways`; did you mean `always`?",
	},
	{
		name: "queue size",
		yaml: head + "guests: {a: {shares: [{tag: t, source: /s, queueSize: 100}]}}\n",
		want: "vmprov.yaml:3:55: guests.a.shares[0].queueSize: must be a power of two from 2 to 1024, got 100",
	},
	{
		name: "queue size too large",
		yaml: head + "guests: {a: {shares: [{tag: t, source: /s, queueSize: 2048}]}}\n",
		want: "vmprov.yaml:3:55: guests.a.shares[0].queueSize: must be a power of two from 2 to 1024, got 2048",
	},
	{
		name: "thread pool",
		yaml: head + "guests: {a: {shares: [{tag: t, source: /s, threadPool: -1}]}}\n",
		want: "vmprov.yaml:3:56: guests.a.shares[0].threadPool: must be at least 0, got -1",
	},
	{
		name: "thread pool too large",
		yaml: head + "guests: {a: {shares: [{tag: t, source: /s, threadPool: 100000}]}}\n",
		want: "vmprov.yaml:3:56: guests.a.shares[0].threadPool: must be 0 to 4096, got 100000",
	},
	{
		name: "sandbox",
		yaml: head + "guests: {a: {shares: [{tag: t, source: /s, sandbox: none}]}}\n",
		want: "vmprov.yaml:3:53: guests.a.shares[0].sandbox: must be one of namespace, chroot, got `none`",
	},
	{
		name: "binary of nothing",
		yaml: head + "guests: {a: {shares: [{tag: t, source: /s, binary: ''}]}}\n",
		want: "vmprov.yaml:3:52: guests.a.shares[0].binary: must be a path, got nothing",
	},
	{
		name: "idmap of nothing",
		yaml: head + "guests: {a: {shares: [{tag: t, source: /s, idmap: {}}]}}\n",
		want: "vmprov.yaml:3:51: guests.a.shares[0].idmap: must have a range of `uid` or `gid`, got none",
	},
	{
		name: "idmap in a chroot",
		yaml: head + "guests: {a: {shares: [{tag: t, source: /s, sandbox: chroot, idmap: {uid: [{start: 0, target: 1000, count: 1}]}}]}}\n",
		want: "vmprov.yaml:3:61: guests.a.shares[0].idmap: must not be given with sandbox chroot: only a user namespace maps ids",
	},
	{
		name: "idmap ranges that overlap",
		yaml: head + "guests: {a: {shares: [{tag: t, source: /s, idmap: {uid: [{start: 0, target: 1000, count: 10}, {start: 9, target: 2000, count: 1}], gid: [{start: 0, target: 1000, count: 10}, {start: 10, target: 1005, count: 1}]}}]}}\n",
		want: "vmprov.yaml:3:103: guests.a.shares[0].idmap.uid[1].start: must not have ids of another range, got 9 to 9\n" +
			"vmprov.yaml:3:195: guests.a.shares[0].idmap.gid[1].target: must not have ids of another range, got 1005 to 1005",
	},
	{
		name: "idmap range past the last id",
		yaml: head + "guests: {a: {shares: [{tag: t, source: /s, idmap: {uid: [{start: 0, target: 4294967294, count: 2}]}}]}}\n",
		want: "vmprov.yaml:3:77: guests.a.shares[0].idmap.uid[0].target: must leave room for 2 ids up to 4294967294, got 4294967294",
	},
	{
		name: "idmap range of nothing",
		yaml: head + "guests: {a: {shares: [{tag: t, source: /s, idmap: {uid: [{start: 0, target: 0, count: 0}], gid: [{start: -1, target: 0, count: 1}]}}]}}\n",
		want: "vmprov.yaml:3:87: guests.a.shares[0].idmap.uid[0].count: must be at least 1, got 0\n" +
			"vmprov.yaml:3:106: guests.a.shares[0].idmap.gid[0].start: must be at least 0, got -1",
	},
	{
		name: "idmap range without its keys",
		yaml: head + "guests: {a: {shares: [{tag: t, source: /s, idmap: {uid: [{start: 0}]}}]}}\n",
		want: "vmprov.yaml:3:58: guests.a.shares[0].idmap.uid[0].target: is required\n" +
			"vmprov.yaml:3:58: guests.a.shares[0].idmap.uid[0].count: is required",
	},
}
