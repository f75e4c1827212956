# The whole study in two to three minutes on two cores, on the xTB frames of data/.
: ${FRAMES:=$here/data/caco3-water-%.extxyz.xz}      # % is the level
RECIPES=${RECIPES:-matched}
LEVELS=${LEVELS:-"gfn2 gfn1"}                        # all levels; heads of multihead models
TARGETS=${TARGETS:-gfn2}                             # those with scratch, naive and replay models
SIZES=${SIZES:-"10 30 50"}; TEST=${TEST:-40}; NUM_FRAMES=${NUM_FRAMES:-90}; SPLIT=${SPLIT:-random}
E0_FRAMES=${E0_FRAMES:-$here/data/caco3-water-mixed-%.extxyz.xz}
PRETRAIN=${PRETRAIN:-$here/data/pretrain-gfn1.extxyz.xz}; PRETRAIN_TEST=${PRETRAIN_TEST:-60}
MODEL=${MODEL:-$here/configs/model-quick.yml}; REPLAY=${REPLAY:-100}
MD_SIZE=${MD_SIZE:-50}; MD_TIME=${MD_TIME:-4ps}; MD_FROM=${MD_FROM:-1ps}; MD_EVERY=${MD_EVERY:-10}
RDF_MAX=${RDF_MAX:-4.2A}; MSD_FIT=${MSD_FIT:-0.2ps..0.6ps}
