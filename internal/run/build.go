// SPDX-License-Identifier: Apache-2.0

package run

import (
	"context"
	"slices"
	"strings"

	"vmprov/image"
)

// Build builds the images of the selected guests and holds nothing.
func Build(ctx context.Context, env Env, o BuildOptions) ([]image.Artifact, error) {
	p, selected, err := openSelected(env, o.Selection)
	if err != nil {
		return nil, err
	}
	p.building = o.Building
	images, err := p.images(ctx, selected, true)
	if err != nil {
		return nil, err
	}
	out := make([]image.Artifact, 0, len(images))
	for _, artifact := range images {
		out = append(out, artifact)
	}
	slices.SortFunc(out, func(a, b image.Artifact) int { return strings.Compare(a.Name, b.Name) })
	return out, nil
}
