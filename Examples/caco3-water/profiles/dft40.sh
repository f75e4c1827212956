# The 40 frames per level of theory that the study's repository once held (299 atoms; not part of this project).
# FRAMES is their path, % the level: FRAMES=dir/frames40_%.extxyz.xz
: ${FRAMES:?give FRAMES=directory/frames40_%.extxyz.xz}
LEVELS=${LEVELS:-"revPBE_D3 revPBE0_D3 MP2"}; TARGETS=${TARGETS:-revPBE_D3}
SIZES=${SIZES:-"10 20 30"}; TEST=${TEST:-10}; SPLIT=${SPLIT:-first}     # first frames train, the next ones test
PRETRAIN=${PRETRAIN:-$here/data/pretrain-gfn1.extxyz.xz}; PRETRAIN_TEST=${PRETRAIN_TEST:-60}
MODEL=${MODEL:-$here/configs/model-quick.yml}; REPLAY=${REPLAY:-100}
ENERGY_KEY=energy; FORCES_KEY=forces
MD_SIZE=${MD_SIZE:-30}; MD_TIME=${MD_TIME:-10ps}; MD_FROM=${MD_FROM:-2ps}; MD_EVERY=${MD_EVERY:-10}
RDF_MAX=${RDF_MAX:-6A}; MSD_FIT=${MSD_FIT:-0.5ps..2ps}
