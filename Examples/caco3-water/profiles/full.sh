# The study at its size, for a workstation: 423 frames per level of theory, MACE-MP-0 medium, 10 000 replay frames.
: ${FRAMES:?give FRAMES=path of the frames, with % in place of the level of theory}
: ${FOUNDATION:?give FOUNDATION=path of MACE-MP-0 medium (.model), or of another model}
: ${PRETRAIN:?give PRETRAIN=replay frames, for example mp_traj_combined.xyz}
LEVELS=${LEVELS:-"revPBE_D3 revPBE0_D3 MP2"}; TARGETS=${TARGETS:-$LEVELS}
SIZES=${SIZES:-"10 30 50 100 200 300"}; TEST=${TEST:-100}; NUM_FRAMES=${NUM_FRAMES:-400}; SPLIT=${SPLIT:-random}
PRETRAIN_TEST=${PRETRAIN_TEST:-1000}; MODEL=${MODEL:-$here/configs/model-full.yml}; REPLAY=${REPLAY:-10000}
MD_SIZE=${MD_SIZE:-300}; MD_TIME=${MD_TIME:-120ps}; MD_FROM=${MD_FROM:-20ps}; MD_EVERY=${MD_EVERY:-10}
RDF_MAX=${RDF_MAX:-6A}; MSD_FIT=${MSD_FIT:-2ps..20ps}
